"""An organization's papers."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from papers.keyset import paginate
from papers.models import Organization


@require_safe
def organization(request, name):
    organization = get_object_or_404(Organization, name__iexact=name)
    papers = organization.papers.visible().for_cards().seen_by(request.user)
    page = paginate(papers, order=papers.NEWEST, cursor=request.GET.get("after", ""), size=30)
    return render(request, "papers/organization.html", {"organization": organization, "page": page})
