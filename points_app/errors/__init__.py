"""Every outcome that is not success: one class each, with the contract's code and message.

Services raise these, the HTTP side turns them into the envelope, nothing else knows the codes. Two
classes may share a code where the contract gives one code two messages. What a refusal tells
besides, the `data` of its envelope, stands beside it.
"""
