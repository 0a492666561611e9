"""Text to vector: one class a library, and whichever model is asked for by its name.

WordLlama (https://github.com/dleemiller/WordLlama) is a table of words' vectors inside its own package; fastembed's
models are fetched once, when the operator fills one, and are kept in DATA_DIR.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy
from django.conf import settings

DEFAULT = "wordllama"
# Texts that a model is given at once; more would only take more memory.
BATCH_SIZE = 64


class Unavailable(Exception):
    """The model can't be had; the message is one line for an operator that says why and what to do."""


class Model(Protocol):
    # How much the words count beside the meaning when both are fused, from 0 to 1: as measured, see docs/search.md.
    words_weight: float
    # The cosine from which on two texts have something to do with each other; 0 where it was not measured.
    least_closeness: float

    def embed(self, texts: Sequence[str]) -> numpy.ndarray:
        """The texts' vectors as rows of unit length, float32; a text without a word that is known has only zeros."""


def text(title: str, abstract: str) -> str:
    """What of a paper is embedded."""
    return f"{title}\n{abstract}"


@cache
def load(name: str, *, may_download: bool = False) -> Model:
    """The model of that name, loaded once a process. Raises Unavailable."""
    try:
        return WordLlama() if name == DEFAULT else FastEmbed(name, may_download=may_download)
    except ImportError as error:
        package = "wordllama" if name == DEFAULT else "'daily-papers[fastembed]'"
        raise Unavailable(f"the model {name} needs a package: pip install {package} ({error})") from error
    except Exception as error:  # a library for models, with a network and files behind it, raises what it likes
        raise Unavailable(f"the model {name} can't be loaded: {' '.join(str(error).split())[:300]}") from error


class WordLlama:
    words_weight = 0.7
    least_closeness = 0.25

    def __init__(self) -> None:
        import wordllama

        # Its weights are in its package, so nothing is to be downloaded.
        folder = Path(wordllama.__file__).parent
        self._model = wordllama.WordLlama.load(cache_dir=folder, disable_download=True)

    def embed(self, texts: Sequence[str]) -> numpy.ndarray:
        return _normalised(self._model.embed(list(texts), batch_size=BATCH_SIZE))


class FastEmbed:
    words_weight = 0.6
    least_closeness = 0.0

    def __init__(self, name: str, *, may_download: bool) -> None:
        from fastembed import TextEmbedding

        folder = Path(settings.DATA_DIR) / "models"
        self._model = TextEmbedding(name, cache_dir=str(folder), local_files_only=not may_download)

    def embed(self, texts: Sequence[str]) -> numpy.ndarray:
        return _normalised(numpy.array(list(self._model.embed(list(texts), batch_size=BATCH_SIZE))))


def _normalised(vectors: numpy.ndarray) -> numpy.ndarray:
    lengths = numpy.linalg.norm(vectors, axis=1, keepdims=True)
    return numpy.divide(vectors, lengths, out=numpy.zeros_like(vectors), where=lengths > 0).astype(numpy.float32)
