#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# json - listenq --json: each output goes through a strict parser and docs/listenq.schema.json, hostile
# names included; keys and types are frozen, here and not in the schema only; 64-bit numbers stay whole;
# unknown is null; an error is an object, too.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

schema=$tests/../../docs/listenq.schema.json

# strict FILE [EXPRESSION] - one line of strict JSON that fits the schema, and the Python EXPRESSION about it (doc) is true
strict()
{
	python3 - "$schema" "$@" <<-'END'
		import json, sys

		def refuse(word):
		    raise ValueError("no JSON: %s" % word)

		def once(pairs):
		    keys = [key for key, value in pairs]
		    if len(set(keys)) != len(keys):
		        raise ValueError("a key twice: %s" % keys)
		    return dict(pairs)

		def read(text):
		    return json.loads(text, parse_constant=refuse, object_pairs_hook=once)

		schema = read(open(sys.argv[1], encoding="utf-8").read())
		text = open(sys.argv[2], "rb").read().decode("utf-8")
		if not text.endswith("\n") or text.count("\n") != 1:
		    sys.exit("%d lines" % text.count("\n"))
		doc = read(text)
		try:
		    import jsonschema
		except ImportError:
		    sys.exit("python3-jsonschema is not installed")
		jsonschema.Draft202012Validator.check_schema(schema)
		jsonschema.Draft202012Validator(schema).validate(doc)
		if len(sys.argv) > 3 and not eval(sys.argv[3]):
		    sys.exit("not true: %s" % sys.argv[3])
	END
}

# refused_by_schema FILE STATEMENT - the schema is strict enough to see what the Python STATEMENT does to doc
refused_by_schema()
{
	python3 - "$schema" "$@" <<-'END'
		import json, jsonschema, sys
		doc = json.load(open(sys.argv[2]))
		exec(sys.argv[3])
		if not list(jsonschema.Draft202012Validator(json.load(open(sys.argv[1]))).iter_errors(doc)):
		    sys.exit("the schema lets it pass")
	END
}

keys="accepts acceptor ack_backlog address cgroup container cookie embryonic_rsts findings flags group inode last_accept_ms
	last_overflow_ms last_reqq_full_ms listen_drops listener_by local max_ack_backlog netns netns_name
	oldest_ms other overflow_ack overflow_cookie overflow_syn peak_ack_backlog peak_reqsk_qlen port processes
	recent_ack_backlog recent_reqsk_qlen reqq_full_cookies reqq_full_drop reqsk_max reqsk_qlen reqsk_young
	reuseport_group service state syncookies_sent syns tfo_max_qlen tfo_overflow tfo_qlen uid unit user wait_us_max
	wait_us_sum waits"

run --json --root "$recorded/show-basic"
check "exit status" is "$rc" 0
check "nothing is said" empty "$err"
check "a strict parser and the schema take it" strict "$out"
check "no control characters" clean "$out"
check "keys of a listener are frozen" strict "$out" \
	"all(set(l) == set('''$keys'''.split()) - {'findings'} for l in doc['listeners'])"
check "keys of the whole are frozen" strict "$out" "list(doc) == \
	['version', 'source', 'time', 'boottime_ns', 'netns', 'all_netns', 'columns', 'other_columns', 'listeners']"
check "version, source and netns" strict "$out" \
	"(doc['version'], doc['source'], doc['netns']) == (1, 'tcp_listenq', 4026531840)"
check "an object for each socket, though members are one to people" strict "$out" \
	"len(doc['listeners']) == 13 and len({l['group'] for l in doc['listeners']}) == 6"
check "trouble comes first" strict "$out" \
	"doc['listeners'][0]['port'] == 8080 and doc['listeners'][0]['state'] == 'FULL'"
check "numbers, flags, processes and names" strict "$out" "[(l['ack_backlog'], l['overflow_syn'], l['flags'], l['unit'], \
	[(p['pid'], p['comm'], p['fd']) for p in l['processes']], l['user'], l['service']) for l in doc['listeners']][0] == \
	(129, 2200, [], 'app.service', [(4711, 'java', 3)], 'app', 'http-alt')"
check "flags are an array" strict "$out" "[l['flags'] for l in doc['listeners'] if l['port'] == 443] == [['reuseport']] * 8"
check "waits where there are any" strict "$out" "[(l['waits']['accepts'], sum(l['waits']['buckets']), \
	l['waits']['buckets'][26]) for l in doc['listeners'] if l['waits']] == [(88000, 88000, 100), (31, 31, 0)]"
check "what never was is null" strict "$out" \
	"[l['last_overflow_ms'] for l in doc['listeners'] if l['port'] == 22] == [None]"
check "columns that the source does not have are null" strict "$out" \
	"'acceptor' not in doc['columns'] and all(l['acceptor'] is None for l in doc['listeners'])"
cp "$out" "$scratch/basic"
check "the schema refuses a new key" refused_by_schema "$scratch/basic" "doc['listeners'][0]['new'] = 1"
check "the schema refuses a missing key" refused_by_schema "$scratch/basic" "del doc['listeners'][0]['syns']"
check "the schema refuses a number in quotes" refused_by_schema "$scratch/basic" "doc['listeners'][0]['syns'] = '1'"
check "the schema refuses a negative number" refused_by_schema "$scratch/basic" "doc['listeners'][0]['syns'] = -1"

run --json --root "$recorded/show-hostile"
check "hostile names: strict, by the schema" strict "$out"
check "hostile names: no control characters" clean "$out"
check "64-bit numbers stay whole" strict "$out" "[(l['ack_backlog'], l['max_ack_backlog'], l['cookie']) \
	for l in doc['listeners'] if l['port'] == 82] == [(2**64 - 1, 2**64 - 2, 2**64 - 1)]"
check "columns that are not known" strict "$out" "doc['other_columns'] == ['new_column'] and \
	[l['other'] for l in doc['listeners'] if l['port'] == 82] == [{'new_column': None}]"

run --json -N all --root "$recorded/show-netns"
check "all namespaces" strict "$out" "doc['netns'] is None and doc['all_netns'] and \
	sorted((l['netns'], l['netns_name']) for l in doc['listeners']) == [(4026531840, 'host'), (4026532201, 'blue')]"
check "acceptor and listener_by are objects" strict "$out" "sorted((l['acceptor']['pid'], l['acceptor']['comm'], \
	l['listener_by']['pid']) for l in doc['listeners']) == [(77, 'web', 77), (640, 'sshd', 640)]"

run --json -p 1 --root "$recorded/show-basic"
check "nothing found is an empty list" strict "$out" "doc['listeners'] == []"
run --json -t --root "$recorded/show-basic"
check "-t leaves groups whole" strict "$out" \
	"sorted({l['port'] for l in doc['listeners']}) == [443, 5432, 8080] and len(doc['listeners']) == 10"
run --json -r -H -o port --unfold --no-process --root "$recorded/show-basic"
check "options of the table change no key" strict "$out" "len(doc['listeners']) == 13"
check "--no-process" strict "$out" "all(l['processes'] == [] for l in doc['listeners'])"

run --json --root "$recorded/show-none"
check "no table: exit status" is "$rc" 2
check "no table: an error in JSON" strict "$out" "'show-none' in doc['error']"
check "no table: a line on standard error" lines 1 "$err"
run --nonsense -J
check "wrong option before --json: an error in JSON" strict "$out" "'--nonsense' in doc['error']"
run -J --sort nonsense --root "$recorded/show-basic"
check "wrong column: an error in JSON, and nothing else" strict "$out" "'nonsense' in doc['error']"
run -J -p "$(printf '\033[31m\377')"
check "hostile argument: strict" strict "$out"
check "hostile argument: clean on standard error" clean "$err"

run why --json -d 0.1 --root "$recorded/show-basic" --root "$recorded/show-basic" 8080
check "why: the same format, with findings" strict "$out" "all(set(l) == set('''$keys'''.split()) | {'not_the_cause', 'severity'} \
	and l['severity'] == 'critical' and l['findings'][0]['code'] == 'stuck' for l in doc['listeners'])"
run closed --json --root "$recorded/reader"
check "closed: the same format, with two columns more and sums" strict "$out" "doc['sums'] and doc['listeners'] and \
	all(set(l) == set('''$keys'''.split()) - {'findings', 'group'} | {'closed_ms', 'reset_at_close'} for l in doc['listeners'])"
run --json --root "$recorded/reader-0.1.0"
check "recorded files that do not say when: the time since boot is not known" strict "$out" "doc['boottime_ns'] is None"
run --json --root "$recorded/show-basic"
check "those that do" strict "$out" "doc['boottime_ns'] > 0"
run record --count 1 -i 1 --root "$recorded/show-basic"
check "a record is the same format" strict "$out" \
	"len(doc['listeners']) == 13 and all('group' not in l for l in doc['listeners'])"

finish
