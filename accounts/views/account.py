"""Leaving the site."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.forms import DeleteAccountForm


@sensitive_post_parameters("password")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete_account(request):
    form = DeleteAccountForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        request.user.delete_account()
        logout(request)
        messages.success(request, "Your account is deleted. Thank you for having been here.")
        return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "accounts/delete_account.html", {"form": form})
