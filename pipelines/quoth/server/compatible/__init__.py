"""The routes of OpenAI's API, one file for each group."""
