"""Providers on this machine that speak the protocols of real ones: for tests, benchmarks and the demonstration.

`answering`: any HTTP provider, which answers as it is told. `push`: a browser's subscription and keys. `twilio`:
SMS and calls by Twilio's REST API, with signed webhooks. `ntfy`: a chat.
"""
