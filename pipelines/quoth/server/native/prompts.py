"""The prompts, as the model of the server reads them."""

from __future__ import annotations

from quoth.prompts import Prompt, list_prompts, select_prompt
from quoth.server.failures import NOT_FOUND, RefusedError
from quoth.server.model_shapes import PromptFacts, PromptList, PromptText
from quoth.server.names import PromptName
from quoth.server.services import Services


def show_prompts(services: Services) -> PromptList:
    """List the prompts."""
    prompts = list_prompts(folders=services.shelf.config.prompt_folders)
    return PromptList(prompts=[_describe(prompt) for prompt in prompts])


def show_prompt(services: Services, prompt: PromptName) -> PromptText:
    """Show a prompt to the byte; it cannot be changed, and nothing is filled in, by a request."""
    known = {each.name for each in list_prompts(folders=services.shelf.config.prompt_folders)}
    if prompt not in known:
        raise RefusedError(NOT_FOUND, f"There is no prompt {prompt!r}.")
    model = services.shelf.model
    chosen = select_prompt(prompt, model)
    messages = chosen.messages(**{name: f"{{{name}}}" for name in chosen.variables})
    text = model.render(messages) or "\n\n".join(message.text for message in messages)
    return PromptText(**_describe(chosen).model_dump(), text=text)


def _describe(prompt: Prompt) -> PromptFacts:
    return PromptFacts(
        name=prompt.name,
        version=prompt.version,
        description=prompt.description,
        variables=list(prompt.variables),
    )
