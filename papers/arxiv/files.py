"""Recorded answers on disk, plain or compressed with gzip."""

import gzip
import zlib
from pathlib import Path

from papers.arxiv.record import SourceError

# The largest feed that arXiv serves (2,000 entries) has some 5 MB; a small gzip can inflate to anything.
SIZE_LIMIT = 64 * 1024 * 1024


def read(path: str | Path, *, limit: int = SIZE_LIMIT) -> bytes:
    """Return the bytes of a file, inflated when they are gzip's, whatever the file is called.

    Raises SourceError when the file cannot be read, is damaged or holds more than `limit` bytes.
    """
    try:
        with open(path, "rb") as file:
            is_compressed = file.peek(2)[:2] == b"\x1f\x8b"
            if is_compressed:
                with gzip.open(file) as inflated:
                    data = inflated.read(limit + 1)
            else:
                data = file.read(limit + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise SourceError(f"{path} is a damaged gzip file ({error}): record it again") from error
    except FileNotFoundError as error:
        raise SourceError(f"{path} does not exist") from error
    except IsADirectoryError as error:
        raise SourceError(f"{path} is a folder: name the files in it, such as {path}/*.gz") from error
    except (OSError, ValueError) as error:
        raise SourceError(f"{path} cannot be read: {error}") from error
    if len(data) > limit:
        raise SourceError(f"{path} holds more than {limit // 1024 // 1024} MB: it is no recorded answer")
    return data
