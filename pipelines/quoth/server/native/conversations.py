"""Conversations, with the citations of their answers."""

from __future__ import annotations

from quoth.server.conversations import Talk
from quoth.server.names import ConversationId
from quoth.server.services import Services
from quoth.server.shapes import (
    AnswerBody,
    ConversationAsked,
    ConversationBody,
    ConversationList,
)


def start_conversation(services: Services, body: ConversationAsked) -> ConversationBody:
    """Start a conversation about a collection."""
    services.shelf.check(body.collection)
    return _present(services, services.conversations.start(body.collection), with_answers=False)


def list_conversations(services: Services) -> ConversationList:
    """List the conversations, newest first."""
    talks = services.conversations.all()
    return ConversationList(
        conversations=[_present(services, talk, with_answers=False) for talk in talks]
    )


def show_conversation(services: Services, conversation: ConversationId) -> ConversationBody:
    """Show a conversation with its answers and their citations."""
    return _present(services, services.conversations.get(conversation), with_answers=True)


def delete_conversation(services: Services, conversation: ConversationId) -> None:
    """Delete a conversation and its answers."""
    services.conversations.delete(services.conversations.get(conversation))


def _present(services: Services, talk: Talk, *, with_answers: bool) -> ConversationBody:
    answers = services.operations.of_conversation(talk.id) if with_answers else ()
    return ConversationBody(
        id=talk.id,
        collection=talk.collection,
        created=talk.created,
        answers=[AnswerBody(**answer.result) for answer in answers],
    )
