"""What GitHub says of repositories, as dataclasses: nothing here has heard of Django."""
