from django.urls import path, register_converter

from . import converters, views

register_converter(converters.ArxivIdConverter, "arxiv_id")
register_converter(converters.OrganizationNameConverter, "organization")

app_name = "papers"
urlpatterns = [
    path("papers/<arxiv_id:arxiv_id>", views.paper, name="paper"),
    path("papers/<arxiv_id:arxiv_id>/upvote", views.upvote, name="upvote"),
    path("papers/<arxiv_id:arxiv_id>/withdraw-upvote", views.withdraw_upvote, name="withdraw_upvote"),
    path("papers/for-you", views.for_you, name="for_you"),
    path("papers/for-you/less", views.dismissals, name="dismissals"),
    path("papers/<arxiv_id:arxiv_id>/dismiss", views.dismiss, name="dismiss"),
    path("papers/<arxiv_id:arxiv_id>/withdraw-dismissal", views.withdraw_dismissal, name="withdraw_dismissal"),
    path("papers/<path:spelling>", views.other_spelling),
    path("organizations/<organization:name>", views.organization, name="organization"),
    path("authors/<slug:slug>", views.author, name="author"),
]
