"""Shared parts of the benchmarks: people and sessions, visits, counting of queries, pages in a browser."""
