from groups.demonstration.world import PASSPHRASE, SIGN_INS, World, build

__all__ = ["PASSPHRASE", "SIGN_INS", "World", "build"]
