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
    path("papers/for-you", views.for_you, name="for_you"),
    path("papers/for-you/less", views.dismissals, name="dismissals"),
    path("papers/<arxiv_id:arxiv_id>/dismiss", views.dismiss, name="dismiss"),
    path("papers/<arxiv_id:arxiv_id>/withdraw-dismissal", views.withdraw_dismissal, name="withdraw_dismissal"),
    path("papers/<arxiv_id:arxiv_id>/take-in", views.take_in, name="take_in"),
    path("papers/<arxiv_id:arxiv_id>/edit", views.edit, name="edit"),
    path("papers/<arxiv_id:arxiv_id>/hand-back", views.hand_back_field, name="hand_back"),
    path("papers/<arxiv_id:arxiv_id>/hide", views.hide, name="hide"),
    path("papers/<arxiv_id:arxiv_id>/show", views.show, name="show"),
    path("papers/<path:spelling>", views.other_spelling),
    path("searches", views.searches, name="searches"),
    path("searches/save", views.save_search, name="save_search"),
    path("searches/<int:pk>/change", views.change_search, name="change_search"),
    path("searches/<int:pk>/delete", views.delete_search, name="delete_search"),
    path("searches/stop/<str:token>", views.stop_alerts, name="stop_alerts"),
    path("organizations/<organization:name>", views.organization, name="organization"),
    path("authors/<slug:slug>", views.author, name="author"),
]
