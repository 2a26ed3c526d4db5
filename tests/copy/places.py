"""The pairs of stores that are copied from and to, as configurations."""

import os
import uuid


class Local:
    """A data folder."""

    def __init__(self, stage, name, more=""):
        self.data = stage.path(name)
        self.file = stage.write(f"{name}.toml", f'data = "{self.data}"\n{more}')

    def prepare(self, stage):
        pass


class Cloud:
    """A table and a bucket at the engines that ./test cloud has started."""

    def __init__(self, stage, name):
        self.data = stage.path(name)
        unique = uuid.uuid4().hex
        self.file = stage.write(
            f"{name}.toml",
            f'data = "{self.data}"\ncatalog = "dynamo"\nblobs = "s3"\n'
            f'dynamo_table = "tapedeck-{unique}"\n'
            f'dynamo_endpoint = "{os.environ["TEST_DYNAMODB"]}"\n'
            f's3_bucket = "tapedeck-{unique}"\n'
            f's3_endpoint = "{os.environ["TEST_S3_ENDPOINT"]}"\n',
        )

    def prepare(self, stage):
        stage.run("storage", "init", "--config", self.file)
