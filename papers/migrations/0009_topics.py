
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('papers', '0008_summarizer'),
    ]

    operations = [
        migrations.CreateModel(
            name='Topic',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('all', 'all papers'), ('category', 'category'), ('keyword', 'keyword')], max_length=8)),
                ('name', models.CharField(db_collation='C', help_text='cs.CV, cs, or a keyword in lower case', max_length=200)),
                ('spelling', models.CharField(blank=True, help_text='A keyword as it is written most often.', max_length=200)),
                ('paper_count', models.PositiveIntegerField(default=0)),
                ('recent_count', models.PositiveIntegerField(default=0, help_text='Of the last weeks.')),
                ('usual_count', models.FloatField(default=0, help_text='As many there would be, had its share stayed as it was.')),
                ('rise', models.FloatField(help_text='By how much its share has grown; null where that says nothing.', null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Trend',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(help_text="Its first day; of the papers' publication, in UTC.")),
                ('paper_count', models.PositiveIntegerField()),
                ('upvote_count', models.PositiveIntegerField()),
            ],
        ),
        migrations.AlterField(
            model_name='author',
            name='slug',
            field=models.SlugField(db_collation='C', db_index=False, max_length=120),
        ),
        migrations.AddIndex(
            model_name='author',
            index=models.Index(models.Func(models.F('slug'), models.Value('[^-]+$'), function='substring', output_field=models.CharField(db_collation='C')), name='author_surname'),
        ),
        migrations.AddIndex(
            model_name='organization',
            index=models.Index(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Lower('name'), 'text_pattern_ops'), name='organization_name_begins'),
        ),
        migrations.AddIndex(
            model_name='organization',
            index=models.Index(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Lower('full_name'), 'text_pattern_ops'), name='organization_full_name_begins'),
        ),
        migrations.AddIndex(
            model_name='paper',
            index=models.Index(condition=models.Q(('hidden_at', None), ('total_upvote_count__gt', 0)), fields=['-total_upvote_count', '-id'], name='paper_most_upvoted'),
        ),
        migrations.AddIndex(
            model_name='topic',
            index=models.Index(models.F('kind'), models.OrderBy(models.F('recent_count'), descending=True), models.F('name'), name='topic_lately'),
        ),
        migrations.AddIndex(
            model_name='topic',
            index=models.Index(models.F('kind'), models.OrderBy(models.F('paper_count'), descending=True), models.F('name'), name='topic_most_used'),
        ),
        migrations.AddIndex(
            model_name='topic',
            index=models.Index(models.OrderBy(models.F('rise'), descending=True), models.F('name'), condition=models.Q(('rise__isnull', False)), name='topic_rising'),
        ),
        migrations.AddConstraint(
            model_name='topic',
            constraint=models.UniqueConstraint(fields=('kind', 'name'), name='topic_unique'),
        ),
        migrations.AddField(
            model_name='trend',
            name='topic',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='months', to='papers.topic'),
        ),
        migrations.AddConstraint(
            model_name='trend',
            constraint=models.UniqueConstraint(fields=('topic', 'month'), name='trend_unique'),
        ),
    ]
