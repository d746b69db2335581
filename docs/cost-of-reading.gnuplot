# SPDX-License-Identifier: GPL-2.0
# table: Reading
#
# scripts/docs/pictures runs this with the values of that table of performance.md in the file `data`. Text that is
# seen stands in double quotes, and nothing else does: scripts/checks/check-pictures reads them.

set terminal svg size 900,520 font 'sans-serif,13' background '#ffffff' noenhanced
set datafile separator tab
set datafile missing NaN
set border 3 linecolor rgb '#57606a'
set grid linecolor rgb '#d0d7de'
set tics nomirror scale 0.5 textcolor rgb '#24292f'
set key off

# 0 has no logarithm; it stands where 0.2 would be.
x(listeners) = listeners == 0 ? 0.2 : listeners
of(way, connections) = strcol(3) eq way && $2 == connections ? $4 : NaN

set logscale xy
set xrange [0.12:90000]
set yrange [10000:4e9]
set xtics ("0" 0.2, "1" 1, "100" 100, "1k" 1e3, "10k" 1e4, "50k" 5e4) font ',11'
set ytics ("100,000" 1e5, "1,000,000" 1e6, "10 million" 1e7, "100 million" 1e8, "1,000 million" 1e9)

set style line 1 linewidth 3 linecolor rgb '#cf222e' pointtype 7 pointsize 0.6
set style line 2 linewidth 1.5 linecolor rgb '#d4820a' pointtype 7 pointsize 0.5
set style line 3 linewidth 1.5 linecolor rgb '#54aeff' pointtype 5 pointsize 0.5
set style line 4 linewidth 1.5 linecolor rgb '#0969da' pointtype 5 pointsize 0.5
set style line 5 linewidth 1.5 linecolor rgb '#0a3069' pointtype 5 pointsize 0.5
set style line 6 linewidth 1.5 linecolor rgb '#1a7f37' pointtype 9 pointsize 0.6
set style line 7 linewidth 3 linecolor rgb '#cf222e' pointtype 6 pointsize 0.7 dashtype (6, 4)
set style line 8 linewidth 1.5 linecolor rgb '#0a3069' pointtype 4 pointsize 0.7 dashtype (6, 4)
set style line 9 linewidth 1.5 linecolor rgb '#1a7f37' pointtype 8 pointsize 0.8 dashtype (6, 4)

array way[9] = ["ours", "debugfs", "diag4", "diag", "ssdump", "tcp", "cat", "ss -ltnH", "netstat -lnt"]

set multiplot
set tmargin at screen 0.87
set bmargin at screen 0.25
set label 1 "Instructions to read all listeners once" at screen 0.5, 0.965 center font ',16'
set label 2 "listeners" at screen 0.5, 0.165 center

set lmargin at screen 0.135
set rmargin at screen 0.41
set title "no connections" offset 0, -0.5
plot for [i = 1:9] data using (x($1)):(of(way[i], 0)) with linespoints linestyle i

unset label
set ytics ('' 1e5, '' 1e6, '' 1e7, '' 1e8, '' 1e9)
set lmargin at screen 0.425
set rmargin at screen 0.70
set title "1,000 connections"
plot for [i = 1:9] data using (x($1)):(of(way[i], 1000)) with linespoints linestyle i

set lmargin at screen 0.715
set rmargin at screen 0.99
set title "20,000 connections"
plot for [i = 1:9] data using (x($1)):(of(way[i], 20000)) with linespoints linestyle i

# The key, as wide as all three.
unset title
unset border
unset grid
unset xtics
unset ytics
set lmargin at screen 0.02
set rmargin at screen 0.98
set key at screen 0.5, 0.12 center top horizontal Left reverse samplen 3 width 1
plot for [i = 1:9] NaN with linespoints linestyle i title way[i]
