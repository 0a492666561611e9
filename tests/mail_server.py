"""A mail server for tests, on a port of its own."""

from aiosmtpd.controller import Controller


class Server:
    """A real mail server; `answers` are what it says to the messages, one after the other, then "250 OK"."""

    def __init__(self):
        self.taken, self.answers = [], []

    async def handle_DATA(self, server, session, envelope):
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer == "hang up":
            server.transport.close()
            return "250 nobody hears that"
        if answer.startswith("250"):
            self.taken.append((envelope.rcpt_tos, envelope.content.decode()))
        return answer


class AnyPort(Controller):
    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()
