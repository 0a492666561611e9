from django.urls import path, register_converter

from . import periods, views
from .models import Digest

register_converter(periods.DayConverter, "day")
register_converter(periods.WeekConverter, "week")
register_converter(periods.MonthConverter, "month")

app_name = "feed"
urlpatterns = [
    path("", views.home, name="home"),
    path("papers", views.papers, name="papers"),
    path("papers/date/<day:period>", views.period, name="day"),
    path("papers/week/<week:period>", views.period, name="week"),
    path("papers/month/<month:period>", views.period, name="month"),
    path("papers/trending", views.trending, name="trending"),
    path("papers/new", views.newest_announcement, name="newest"),
    path("papers/new/<day:period>", views.new, name="new"),
    path("papers/calendar/<month:month>", views.calendar, name="calendar"),
    # What was meant as a date and is none.
    path("papers/date/<str:slug>", views.no_period, {"example": "2026-08-21"}),
    path("papers/week/<str:slug>", views.no_period, {"example": "2026-W34"}),
    path("papers/month/<str:slug>", views.no_period, {"example": "2026-08"}),
    path("papers/new/<str:slug>", views.no_period, {"example": "2026-08-21"}),
    path("papers/calendar/<str:slug>", views.no_period, {"example": "2026-08"}),
    path("subscribe", views.subscribe, name="subscribe"),
    path("subscribe/confirm/<str:token>", views.confirm, name="confirm"),
    path("subscribe/manage/<str:token>", views.manage, name="manage"),
    path("subscribe/manage/<str:token>/delete", views.delete_subscription, name="delete_subscription"),
    path("subscribe/manage/<str:token>/record.json", views.record, name="record"),
    path("unsubscribe/<str:token>", views.unsubscribe, name="unsubscribe"),
    path("moderation", views.log, name="log"),
    path("moderation/<int:pk>/undo", views.undo_action, name="undo_action"),
    path("moderation/digests", views.digests, {"kind": Digest.Kind.DAY}, name="digests"),
    path("moderation/digests/weekly", views.digests, {"kind": Digest.Kind.WEEK}, name="weekly_digests"),
    path("moderation/digest", views.newest_digest, name="newest_digest"),
    path("moderation/digest/date/<day:period>", views.digest, name="day_digest"),
    path("moderation/digest/week/<week:period>", views.digest, name="week_digest"),
    path("moderation/digest/date/<day:period>/mail", views.digest_mail, name="day_digest_mail"),
    path("moderation/digest/week/<week:period>/mail", views.digest_mail, name="week_digest_mail"),
    path("moderation/digest/date/<day:period>/test", views.send_test, name="day_digest_test"),
    path("moderation/digest/week/<week:period>/test", views.send_test, name="week_digest_test"),
    path("about", views.about, name="about"),
    path("privacy", views.privacy, name="privacy"),
]
