from django.db import migrations, models

MADE = """
create or replace function papers_are_stale() returns trigger language plpgsql as $$ begin
    insert into papers_stale (paper_id, part)
        select id, part from made, (values {parts}) as parts (part) on conflict do nothing;
    return null;
end $$;
"""
STALE = MADE.format(parts="('words'), ('meaning'), ('gist')") + """
create trigger papers_stale_gist after update of title, abstract on papers_paper for each row
    when ((old.title, old.abstract) is distinct from (new.title, new.abstract))
    execute function papers_part_is_stale('gist');
insert into papers_stale (paper_id, part) select id, 'gist' from papers_paper;
"""
FRESH = """
delete from papers_stale where part = 'gist';
drop trigger papers_stale_gist on papers_paper;
""" + MADE.format(parts="('words'), ('meaning')")


class Migration(migrations.Migration):

    dependencies = [
        ('papers', '0006_saved_searches'),
    ]

    operations = [
        migrations.AddField(
            model_name='paper',
            name='keywords_model',
            field=models.CharField(blank=True, editable=False, help_text="Empty where the keywords are a source's own.", max_length=120),
        ),
        migrations.AlterField(
            model_name='stale',
            name='part',
            field=models.CharField(choices=[('words', 'words and facets'), ('meaning', 'meaning'), ('gist', 'keywords and summary')], max_length=8),
        ),
        migrations.RunSQL(STALE, FRESH),
    ]
