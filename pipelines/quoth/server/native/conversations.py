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
    ConversationNamed,
    TurnBody,
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


def rename_conversation(
    services: Services, conversation: ConversationId, body: ConversationNamed
) -> ConversationBody:
    """Give a conversation a name."""
    talk = services.conversations.get(conversation)
    renamed = services.conversations.rename(talk, body.name.strip())
    return _present(services, renamed, with_answers=False)


def delete_conversation(services: Services, conversation: ConversationId) -> None:
    """Delete a conversation and its answers."""
    services.conversations.delete(services.conversations.get(conversation))


def _present(services: Services, talk: Talk, *, with_answers: bool) -> ConversationBody:
    if with_answers:
        turns = services.operations.of_conversation(talk.id)
    else:
        first = services.operations.first_of_conversation(talk.id)
        turns = [first] if first else []
    name = talk.name or (turns[0].spec["question"] if turns else "")
    return ConversationBody(
        id=talk.id,
        collection=talk.collection,
        created=talk.created,
        name=name,
        turns=[
            TurnBody(id=turn.id, question=turn.spec["question"], state=turn.state)
            for turn in turns
            if with_answers
        ],
        answers=[
            AnswerBody(**turn.result) for turn in turns if with_answers and turn.state == "done"
        ],
    )
