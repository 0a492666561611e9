from django.urls import path

from . import views

app_name = "accounts"
urlpatterns = [
    path("users/<slug:handle>", views.profile, name="profile"),
    path("settings/profile", views.edit_profile, name="edit_profile"),
    path("settings/delete-account", views.delete_account, name="delete_account"),
]
