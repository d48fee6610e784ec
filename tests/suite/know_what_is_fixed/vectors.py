# A thousand vectors of CVSS by chance, always the same ones, each with the score that the module of others gives it.
import random
from cvss import CVSS2, CVSS3, CVSS4
pick = random.Random(1).choice
three = [('AV', 'NALP'), ('AC', 'LH'), ('PR', 'NLH'), ('UI', 'NR'), ('S', 'UC'), ('C', 'NLH'), ('I', 'NLH'), ('A', 'NLH')]
four = [('AV', 'NALP'), ('AC', 'LH'), ('AT', 'NP'), ('PR', 'NLH'), ('UI', 'NPA')]
four += [(name, 'HLN') for name in ('VC', 'VI', 'VA', 'SC', 'SI', 'SA')]
two = [('AV', 'LAN'), ('AC', 'HML'), ('Au', 'MSN'), ('C', 'NPC'), ('I', 'NPC'), ('A', 'NPC')]
kinds = [(CVSS2, '', two), (CVSS3, 'CVSS:3.0/', three), (CVSS3, 'CVSS:3.1/', three), (CVSS4, 'CVSS:4.0/', four)]
for number in range(1000):
    kind, head, metrics = kinds[number % 4]
    vector = head + '/'.join(name + ':' + pick(values) for name, values in metrics)
    print(vector, kind(vector).base_score)
