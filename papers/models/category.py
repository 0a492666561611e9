"""One of arXiv's categories, such as cs.CV."""

from django.db import models


class Category(models.Model):
    name = models.CharField(max_length=32, primary_key=True, help_text="As arXiv writes it: cs.CV")
    title = models.CharField(max_length=120)
    group = models.CharField(max_length=80, blank=True, help_text="The archive's name: Computer Science")

    class Meta:
        verbose_name_plural = "categories"
        ordering = ["name"]

    def __str__(self):
        return self.name
