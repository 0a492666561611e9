"""What arXiv says, as bytes and dataclasses: nothing here has heard of Django or of the database."""
