"""What Hugging Face says of the day's papers, as bytes and dataclasses: nothing here has heard of Django."""
