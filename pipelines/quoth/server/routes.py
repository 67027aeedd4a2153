"""All routes of the server, in one table."""

from __future__ import annotations

from quoth.server.endpoints import Endpoint

_COLLECTION = "/api/v1/collections/{collection}"
_DOCUMENT = f"{_COLLECTION}/documents/{{document}}"
_PAGE = f"{_DOCUMENT}/pages/{{page}}"
_ANSWER = "/api/v1/answers/{operation}"
_JOB = "/api/v1/jobs/{operation}"
_TALK = "/api/v1/conversations/{conversation}"
_STATUS = "quoth.server.native.status"
_COLLECTIONS = "quoth.server.native.collections"
_DOCUMENTS = "quoth.server.native.documents"
_PAGES = "quoth.server.native.pages"
_SEARCH = "quoth.server.native.search"
_ANSWERS = "quoth.server.native.answers"
_UPLOADS = "quoth.server.native.uploads"
_JOBS = "quoth.server.native.jobs"
_TALKS = "quoth.server.native.conversations"
_MODELS = "quoth.server.native.models"
_CHOOSING = "quoth.server.native.choosing"
_PROMPTS = "quoth.server.native.prompts"

NATIVE = (
    Endpoint("GET", "/", "quoth.server.browsing:show_shell"),
    Endpoint("GET", "/page/{file}", "quoth.server.browsing:show_page_file"),
    Endpoint("GET", "/health", f"{_STATUS}:health"),
    Endpoint("GET", "/api/v1/status", f"{_STATUS}:show_status"),
    Endpoint("POST", "/api/v1/session", f"{_STATUS}:open_session", 204),
    Endpoint("GET", "/api/v1/openapi.json", f"{_STATUS}:show_openapi"),
    Endpoint("GET", "/api/v1/collections", f"{_COLLECTIONS}:list_collections"),
    Endpoint("POST", "/api/v1/collections", f"{_COLLECTIONS}:create_collection", 201),
    Endpoint("GET", _COLLECTION, f"{_COLLECTIONS}:show_collection"),
    Endpoint("DELETE", _COLLECTION, f"{_COLLECTIONS}:delete_collection", 204),
    Endpoint("GET", f"{_COLLECTION}/documents", f"{_DOCUMENTS}:list_documents"),
    Endpoint("GET", _DOCUMENT, f"{_DOCUMENTS}:show_document"),
    Endpoint("DELETE", _DOCUMENT, f"{_DOCUMENTS}:delete_document", 204),
    Endpoint("GET", f"{_DOCUMENT}/original", f"{_DOCUMENTS}:send_original"),
    Endpoint("GET", _PAGE, f"{_PAGES}:show_page"),
    Endpoint("GET", f"{_PAGE}/image", f"{_PAGES}:draw"),
    Endpoint("GET", f"{_PAGE}/boxes", f"{_PAGES}:show_boxes"),
    Endpoint("GET", f"{_PAGE}/words", f"{_PAGES}:show_words"),
    Endpoint("GET", "/c/{collection}/d/{document}/p/{page}", f"{_PAGES}:show_link"),
    Endpoint("POST", f"{_COLLECTION}/search", f"{_SEARCH}:search"),
    Endpoint("POST", "/api/v1/cite", f"{_SEARCH}:check_text"),
    Endpoint("POST", f"{_COLLECTION}/answers", f"{_ANSWERS}:ask"),
    Endpoint("GET", _ANSWER, f"{_ANSWERS}:show_operation"),
    Endpoint("GET", f"{_ANSWER}/events", f"{_ANSWERS}:follow_operation"),
    Endpoint("GET", f"{_ANSWER}/prompt", f"{_ANSWERS}:show_prompt"),
    Endpoint("POST", f"{_ANSWER}/cancel", f"{_ANSWERS}:cancel_operation"),
    Endpoint("POST", f"{_COLLECTION}/inbox", f"{_UPLOADS}:post_file", 201, "form"),
    Endpoint("PUT", f"{_COLLECTION}/inbox/{{name:path}}", f"{_UPLOADS}:put_file", 201, "bytes"),
    Endpoint("POST", "/api/v1/jobs", f"{_JOBS}:start_job", 202),
    Endpoint("GET", "/api/v1/jobs", f"{_JOBS}:list_jobs"),
    Endpoint("GET", _JOB, f"{_ANSWERS}:show_operation"),
    Endpoint("GET", f"{_JOB}/events", f"{_ANSWERS}:follow_operation"),
    Endpoint("POST", f"{_JOB}/cancel", f"{_ANSWERS}:cancel_operation"),
    Endpoint("POST", f"{_JOB}/repeat", f"{_JOBS}:repeat_job", 202),
    Endpoint("DELETE", _JOB, f"{_JOBS}:delete_job", 204),
    Endpoint("POST", "/api/v1/conversations", f"{_TALKS}:start_conversation", 201),
    Endpoint("GET", "/api/v1/conversations", f"{_TALKS}:list_conversations"),
    Endpoint("GET", _TALK, f"{_TALKS}:show_conversation"),
    Endpoint("PUT", _TALK, f"{_TALKS}:rename_conversation"),
    Endpoint("DELETE", _TALK, f"{_TALKS}:delete_conversation", 204),
    Endpoint("GET", "/api/v1/models", f"{_MODELS}:list_models"),
    Endpoint("GET", "/api/v1/models/fit", "quoth.server.native.advice:show_fit"),
    Endpoint("GET", "/api/v1/models/here", f"{_CHOOSING}:list_here"),
    Endpoint("POST", "/api/v1/models/choose", f"{_CHOOSING}:choose_model"),
    Endpoint("POST", "/api/v1/models/preload", f"{_MODELS}:preload_model"),
    Endpoint("GET", "/api/v1/prompts", f"{_PROMPTS}:show_prompts"),
    Endpoint("GET", "/api/v1/prompts/{prompt}", f"{_PROMPTS}:show_prompt"),
)
_V1 = "quoth.server.compatible"
_STORE = "/v1/vector_stores/{store}"

COMPATIBLE = (
    Endpoint("GET", "/v1/models", f"{_V1}.models:list_models"),
    Endpoint("GET", "/v1/models/{model:path}", f"{_V1}.models:show_model"),
    Endpoint("POST", "/v1/chat/completions", f"{_V1}.chat:complete"),
    Endpoint("POST", "/v1/responses", f"{_V1}.responses:respond"),
    Endpoint("GET", "/v1/responses/{response}", f"{_V1}.responses:show_response"),
    Endpoint("DELETE", "/v1/responses/{response}", f"{_V1}.responses:delete_response"),
    Endpoint("POST", "/v1/responses/{response}/cancel", f"{_V1}.responses:cancel_response"),
    Endpoint("GET", "/v1/responses/{response}/input_items", f"{_V1}.responses:list_input"),
    Endpoint("POST", "/v1/embeddings", f"{_V1}.embeddings:embed"),
    Endpoint("GET", "/v1/files", f"{_V1}.files:list_files"),
    Endpoint("POST", "/v1/files", f"{_V1}.files:create_file", takes="form"),
    Endpoint("GET", "/v1/files/{file}", f"{_V1}.files:show_file"),
    Endpoint("DELETE", "/v1/files/{file}", f"{_V1}.files:delete_file"),
    Endpoint("GET", "/v1/files/{file}/content", f"{_V1}.files:send_content"),
    Endpoint("GET", "/v1/vector_stores", f"{_V1}.vector_stores:list_stores"),
    Endpoint("POST", "/v1/vector_stores", f"{_V1}.vector_stores:create_store"),
    Endpoint("GET", _STORE, f"{_V1}.vector_stores:show_store"),
    Endpoint("DELETE", _STORE, f"{_V1}.vector_stores:delete_store"),
    Endpoint("POST", f"{_STORE}/search", f"{_V1}.vector_stores:search"),
    Endpoint("GET", f"{_STORE}/files", f"{_V1}.vector_stores:list_files"),
    Endpoint("POST", f"{_STORE}/files", f"{_V1}.vector_stores:add_file"),
    Endpoint("GET", f"{_STORE}/files/{{file}}", f"{_V1}.vector_stores:show_file"),
    Endpoint("DELETE", f"{_STORE}/files/{{file}}", f"{_V1}.vector_stores:remove_file"),
    Endpoint("GET", f"{_STORE}/files/{{file}}/content", f"{_V1}.vector_stores:send_text"),
    Endpoint("POST", f"{_STORE}/file_batches", f"{_V1}.vector_stores:add_files"),
    Endpoint("GET", f"{_STORE}/file_batches/{{batch}}", f"{_V1}.vector_stores:show_batch"),
)
ENDPOINTS = (*NATIVE, *COMPATIBLE)
