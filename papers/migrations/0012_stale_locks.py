from django.db import migrations

# Who changes a paper that is stale already holds its row until the change is there: workers pass over rows that are
# held. Without this one would take the row, read the text from before the change, and leave nothing to be read after
# it. `where false`: the row is locked, and not written anew.
LOCK = "on conflict (part, paper_id) do update set part = excluded.part where false"
NO_LOCK = "on conflict do nothing"

STALE = """
create or replace function papers_are_stale() returns trigger language plpgsql as $$ begin
    insert into papers_stale (paper_id, part)
        select id, part from made, (values ('words'), ('meaning'), ('gist')) as parts (part) {conflict};
    return null;
end $$;

create or replace function papers_part_is_stale() returns trigger language plpgsql as $$ begin
    insert into papers_stale (paper_id, part) values (new.id, tg_argv[0]) {conflict};
    return null;
end $$;

create or replace function papers_categories_are_stale() returns trigger language plpgsql as $$ begin
    insert into papers_stale (paper_id, part) select distinct paper_id, 'words' from changed {conflict};
    return null;
end $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('papers', '0011_what_came'),
    ]

    operations = [
        migrations.RunSQL(STALE.format(conflict=LOCK), STALE.format(conflict=NO_LOCK)),
    ]
