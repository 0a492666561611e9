"""Asking other people's servers, politely and guarded: one client for every source."""
