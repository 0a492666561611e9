import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('papers', '0010_wanted'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='savedsearch',
            name='saved_search_unique',
        ),
        migrations.AlterField(
            model_name='savedsearch',
            name='address',
            field=models.TextField(help_text='The query string of its page.'),
        ),
        migrations.AddIndex(
            model_name='paper',
            index=models.Index(fields=['created_at'], name='paper_came'),
        ),
        migrations.AddConstraint(
            model_name='savedsearch',
            constraint=models.UniqueConstraint(models.F('user'), django.db.models.functions.text.MD5('address'), name='saved_search_unique'),
        ),
    ]
