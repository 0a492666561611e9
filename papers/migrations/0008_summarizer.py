from django.db import migrations, models

SOURCES = [
    ('arxiv-listing', "arXiv's daily announcement"),
    ('arxiv-oai', "arXiv's changes by OAI-PMH"),
    ('arxiv-backfill', "arXiv's archive by OAI-PMH"),
    ('arxiv-ids', 'single papers at arXiv'),
    ('huggingface', "Hugging Face's daily feed"),
    ('github', "GitHub's stars"),
    ('pictures', 'pictures and videos'),
    ('summarizer', 'sentences by a language model'),
]


class Migration(migrations.Migration):

    dependencies = [
        ('papers', '0007_gist'),
    ]

    operations = [
        migrations.AlterField(
            model_name='run',
            name='source',
            field=models.CharField(choices=SOURCES, max_length=20),
        ),
        migrations.AlterField(
            model_name='source',
            name='name',
            field=models.CharField(choices=SOURCES, max_length=20, primary_key=True, serialize=False),
        ),
    ]
