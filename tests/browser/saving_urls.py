"""The site's map with a page that holds nothing but the form that stands beside a search's results."""

from django.http import HttpResponse
from django.template import engines
from django.urls import path

from config.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

PAGE = """{% extends "base.html" %}{% load static %}
{% block head %}<link rel="stylesheet" href="{% static 'css/searches.css' %}">{% endblock %}
{% block main %}<h1>Results</h1>{% include "papers/_save_search.html" %}{% endblock %}"""


def results(request):
    return HttpResponse(engines["django"].from_string(PAGE).render({}, request))


urlpatterns = [path("saving", results), *urlpatterns]
