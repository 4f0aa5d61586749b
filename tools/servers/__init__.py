"""Throwaway servers on free ports of this machine, for the tests, the benchmarks and the demonstration.

Each is a context manager: entered, it answers; left, it is gone, with every process it started. Take them
from their modules (`tools.servers.postgres`, …): the demonstration has not the packages that the tests have.
"""
