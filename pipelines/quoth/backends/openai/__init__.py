"""Servers that speak OpenAI's `/v1`: what they tell, and proof that they cut nothing."""
