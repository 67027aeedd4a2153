__all__ = [
    "PLAIN",
    "WITHOUT_THINKING",
    "ChatTemplate",
    "Family",
    "ModelMetadata",
    "Prompt",
    "add_request",
    "families_with_wording",
    "family_of",
    "family_of_model",
    "find_family",
    "is_family",
    "kind_of_model",
    "list_families",
    "list_languages",
    "list_prompts",
    "load_prompt",
    "prompt_selector",
    "register_condition",
    "render_file",
    "render_messages",
    "resolve_template",
    "select_prompt",
    "template_of_family",
    "unregister_condition",
]

from .families import PLAIN, Family, ModelMetadata, family_of, find_family, list_families
from .rendering import render_file
from .request import add_request
from .selector import (
    family_of_model,
    is_family,
    kind_of_model,
    prompt_selector,
    register_condition,
    select_prompt,
    unregister_condition,
)
from .tasks import Prompt, families_with_wording, list_prompts, load_prompt
from .template import (
    WITHOUT_THINKING,
    ChatTemplate,
    render_messages,
    resolve_template,
    template_of_family,
)
from .wordings import list_languages
