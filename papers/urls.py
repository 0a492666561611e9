from django.urls import path, register_converter

from . import converters, views

register_converter(converters.ArxivIdConverter, "arxiv_id")
register_converter(converters.OrganizationNameConverter, "organization")
register_converter(converters.KeywordConverter, "keyword")

app_name = "papers"
urlpatterns = [
    path("papers/<arxiv_id:arxiv_id>", views.paper, name="paper"),
    path("papers/<arxiv_id:arxiv_id>/upvote", views.upvote, name="upvote"),
    path("papers/<arxiv_id:arxiv_id>/withdraw-upvote", views.withdraw_upvote, name="withdraw_upvote"),
    path("papers/topics", views.topics, name="topics"),
    path("papers/topics/keyword/<keyword:name>", views.keyword, name="keyword"),
    path("papers/topics/<str:name>", views.category, name="category"),
    path("papers/trends", views.trends, name="trends"),
    path("papers/complete", views.completions, name="completions"),
    path("papers/<path:spelling>", views.other_spelling),
    path("organizations/<organization:name>", views.organization, name="organization"),
    path("authors/<slug:slug>", views.author, name="author"),
]
