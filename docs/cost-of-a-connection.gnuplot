# SPDX-License-Identifier: GPL-2.0
# table: Connections
#
# As cost-of-reading.gnuplot. Each change in percent is a bar, with the number beside it.

set terminal svg size 900,580 font 'sans-serif,13' background '#ffffff' noenhanced
set datafile separator tab
set datafile missing NaN
set border 3 linecolor rgb '#57606a'
set grid xtics linecolor rgb '#d0d7de'
set tics nomirror scale 0.5 textcolor rgb '#24292f'
set key off

array kind[3] = ["connect, accept, close", "refused connect", "refused SYN"]
array way[8] = ["counters=0", "waits=0", "everything", "event", "none-again", "tcpsynbl", "bpftrace-kprobe", "bpftrace-kfunc"]
array colour[8] = [0xffd8d3, 0xffa198, 0xcf222e, 0x82071e, 0x8c959f, 0x8250df, 0x0969da, 0x54aeff]

# One below the other, with a gap after each kind.
y(k, w) = -(9 * k + w)
of(k, w, listeners) = $1 == listeners && strcol(2) eq kind[k] && strcol(3) eq way[w] ? $5 : NaN
right(value) = value > 0 ? value : 0 * value

set style fill solid noborder
set xrange [-1:17]
set yrange [y(3, 8) - 0.8:y(1, 1) + 0.8]
set xtics ("0" 0, "2" 2, "4" 4, "6" 6, "8" 8, "10" 10, "12" 12, "14" 14)
set ytics scale 0 (kind[1] y(1, 4), kind[2] y(2, 4), kind[3] y(3, 4))

set multiplot
set tmargin at screen 0.87
set bmargin at screen 0.17
set label 1 "More instructions than without the module, in percent" at screen 0.5, 0.965 center font ',16'

set lmargin at screen 0.19
set rmargin at screen 0.58
set title "1 listener" offset 0, -0.5
plot for [k = 1:3] for [w = 1:8] data \
		using (0):(y(k, w)):(0):(of(k, w, 1)):(y(k, w) - 0.42):(y(k, w) + 0.42) \
		with boxxyerror linecolor rgb colour[w], \
	for [k = 1:3] for [w = 1:8] data \
		using (right(of(k, w, 1))):(y(k, w)):5 \
		with labels left offset 0.5, 0 font ',11'

unset label
unset ytics
set lmargin at screen 0.60
set rmargin at screen 0.99
set title "1,000 listeners"
plot for [k = 1:3] for [w = 1:8] data \
		using (0):(y(k, w)):(0):(of(k, w, 1000)):(y(k, w) - 0.42):(y(k, w) + 0.42) \
		with boxxyerror linecolor rgb colour[w], \
	for [k = 1:3] for [w = 1:8] data \
		using (right(of(k, w, 1000))):(y(k, w)):5 \
		with labels left offset 0.5, 0 font ',11'

# The key, as wide as both.
unset title
unset border
unset grid
unset xtics
set lmargin at screen 0.02
set rmargin at screen 0.98
set key at screen 0.5, 0.10 center top horizontal Left reverse samplen 1.5 width 1
plot for [w = 1:8] NaN with boxes linecolor rgb colour[w] title way[w]
