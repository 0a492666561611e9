"""The site's map with one page that breaks."""

from django.urls import path

from config.urls import handler404, handler500, urlpatterns

__all__ = ["handler404", "handler500"]


def broken(request):
    raise RuntimeError("broken on purpose")


urlpatterns = [path("broken", broken), *urlpatterns]
