"""Watches a flag of flagd in a file, as a program with the provider does: says its value whenever it becomes another."""
import sys
import time

from openfeature import api
from openfeature.contrib.provider.flagd import FlagdProvider
from openfeature.contrib.provider.flagd.config import ResolverType

api.set_provider(
    FlagdProvider(resolver_type=ResolverType.FILE, offline_flag_source_path=sys.argv[1])
)
client = api.get_client()
said = None
end = time.time() + 60
while time.time() < end:
    # A default that is neither: nobody can take it for what the file says.
    value = client.get_string_value("new-parser", "the program's own default")
    # Until the provider has read the file, there is only the default.
    if value != said and (said or value != "the program's own default"):
        said = value
        print(value, flush=True)
    time.sleep(0.02)
