"""What several benchmarks share: people and sessions, visits, counting of queries, pages in a browser."""
