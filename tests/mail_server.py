"""A real mail server on this machine, as good or bad as a test wants it."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

HANG_UP = "hang up"


class AnyPort(Controller):
    """Listens on a port that is free."""

    protocol: type[SMTP] = SMTP

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()

    def factory(self):
        return self.protocol(self.handler, **self.SMTP_kwargs)


@contextmanager
def listening(handler, protocol: type[SMTP] = SMTP) -> Iterator[int]:
    """The port at which it listens."""
    controller = AnyPort(handler, hostname="127.0.0.1", port=0)
    controller.protocol = protocol
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


class Server:
    """Says at each step what `answers` has for it, one after the other, then "250 OK"; "hang up" ends the connection.

    What it takes is in `taken`: recipients and the message as text.
    """

    def __init__(self):
        self.taken: list[tuple[list[str], str]] = []
        self.senders: list[str] = []
        self.answers: dict[str, list[str]] = {"MAIL": [], "RCPT": [], "DATA": []}

    async def handle_MAIL(self, server, session, envelope, address, options):
        self.senders.append(address)
        envelope.mail_from = address
        return await self._answer("MAIL", server)

    async def handle_RCPT(self, server, session, envelope, address, options):
        envelope.rcpt_tos.append(address)
        return await self._answer("RCPT", server)

    async def handle_DATA(self, server, session, envelope):
        answer = await self._answer("DATA", server)
        if answer.startswith("250"):
            self.taken.append((envelope.rcpt_tos, envelope.content.decode()))
        return answer

    async def _answer(self, step: str, server) -> str:
        answer = self.answers[step].pop(0) if self.answers[step] else "250 OK"
        if answer == HANG_UP:
            server.transport.close()
            return "451 nobody hears that"
        if answer.startswith("wait"):
            await asyncio.sleep(float(answer.split()[1]))
            return "250 OK"
        return answer


class Fickle:
    """Now and then it refuses, hangs up, dawdles, or has who speaks to it killed, by a seeded chance.

    `taken` counts what it took by recipient; `cut` are those whose message it had whole when it hung up or the sender
    was killed; `refused` are those it refused for good. Addresses that begin with "nobody" are none.
    """

    def __init__(self, seed: int, kill: Callable[[int], bool]):
        self.chance, self.kill = random.Random(seed), kill
        self.taken: Counter[str] = Counter()
        self.cut: set[str] = set()
        self.refused: set[str] = set()
        self.faults: Counter[str] = Counter()

    def protocol(self) -> type[SMTP]:
        fickle = self

        class Protocol(SMTP):
            def connection_made(self, transport):
                super().connection_made(transport)
                if fickle._happens("no welcome", 0.02):
                    transport.abort()

            async def smtp_DATA(self, arg):
                if fickle._happens("cut before the message", 0.005):
                    self.transport.abort()
                    return
                await super().smtp_DATA(arg)

        return Protocol

    async def handle_MAIL(self, server, session, envelope, address, options):
        self._may_kill("killed at MAIL", session)
        envelope.mail_from = address
        return "451 Not now" if self._happens("451 to MAIL", 0.01) else "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody"):
            return "550 5.1.1 No such user"
        if self._happens("450 to RCPT", 0.01):
            return "450 4.2.1 Busy"
        if self._happens("421 to RCPT", 0.003):
            server.transport.close()
            return "421 Closing"
        self._may_kill("killed at RCPT", session)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        (address,) = envelope.rcpt_tos
        if self._happens("452 to DATA", 0.01):
            return "452 4.3.1 Full"
        if self._happens("554 to DATA", 0.003):
            self.refused.add(address)
            return "554 5.6.0 No"
        if self._happens("dawdled", 0.01):
            await asyncio.sleep(0.05)
        if self._happens("cut after the message, not taken", 0.003):
            self.cut.add(address)
            server.transport.abort()
            return "451 nobody hears that"
        self.taken[address] += 1
        if self._may_kill("killed at DATA", session):
            self.cut.add(address)
        elif self._happens("cut after the message, taken", 0.003):
            self.cut.add(address)
            server.transport.abort()
        return "250 OK"

    def _happens(self, what: str, probability: float) -> bool:
        happens = self.chance.random() < probability
        self.faults[what] += happens
        return happens

    def _may_kill(self, what: str, session) -> bool:
        if self.chance.random() < 0.002 and self.kill(session.peer[1]):
            self.faults[what] += 1
            return True
        return False
