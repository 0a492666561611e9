"""Pictures and videos from elsewhere: wanted, fetched once, made harmless, kept and given out."""
