import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from feed import demo
from feed.models import Entry
from feed.periods import today
from papers.models import Paper, Upvote

pytestmark = pytest.mark.django_db


@pytest.fixture
def _demo(settings):
    settings.DEMO = True
    call_command("demo_data", verbosity=0)


@pytest.mark.usefixtures("_demo")
def test_the_demo_fills_ten_days_up_to_now():
    days = set(Entry.objects.values_list("day", flat=True))
    assert len(days) == 10
    assert max(days) <= today()
    assert Paper.objects.count() >= 60
    assert not Entry.objects.filter(submitted_at__gt=timezone.now()).exists()


@pytest.mark.usefixtures("_demo")
def test_loading_it_twice_gives_the_same_rows():
    models = (Paper, Entry, Upvote, User)
    before = [list(model.objects.order_by("pk").values()) for model in models]
    call_command("demo_data")
    assert [list(model.objects.order_by("pk").values()) for model in models] == before


@pytest.mark.usefixtures("_demo")
def test_its_counters_are_its_rows():
    for paper in Paper.objects.all():
        assert paper.upvote_count == paper.upvotes.count()


@pytest.mark.usefixtures("_demo")
@pytest.mark.parametrize(("email", "password", "role"), demo.LOGINS)
def test_its_logins_work_and_only_the_moderator_reaches_the_admin(client, email, password, role):
    client.post(reverse("account_login"), {"login": email, "password": password})
    response = client.get(reverse("admin:papers_paper_changelist"))
    assert (response.status_code == 200) == (role == "moderator")


def test_a_site_that_is_no_demo_refuses(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO"):
        call_command("demo_data")
    assert not User.objects.exists()
