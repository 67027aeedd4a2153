"""The engines of llama.cpp: in this process, compiled here, or as a server."""
