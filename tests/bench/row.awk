# SPDX-License-Identifier: MIT
# A row of the table from lines of "CASE SERVER ROUND key=value...": provd beside one peer.
# Variables: what, wanted (case), key, peer, target (of the ratio; of the count if total is set);
# heading, cost (key that counts files), lower (less is better), total (sum of all rounds).

function value(name,    i, pair) {
    if (name == "resends")
        return value("request_resends") + value("ack_resends")
    if (name == "megabytes")
        return value("bytes") / 1e6
    for (i = 4; i <= NF; i++) {
        split($i, pair, "=")
        if (pair[1] == name)
            return pair[2] + 0
    }
    return 0
}

function median(list, server,    count, i, j, sorted, t) {
    count = 0
    for (i = 1; i <= rounds; i++)
        if ((server, i) in list)
            sorted[++count] = list[server, i]
    for (i = 2; i <= count; i++) {
        t = sorted[i]
        for (j = i - 1; j >= 1 && sorted[j] > t; j--)
            sorted[j + 1] = sorted[j]
        sorted[j + 1] = t
    }
    if (count == 0)
        return ""
    return count % 2 ? sorted[(count + 1) / 2] : (sorted[count / 2] + sorted[count / 2 + 1]) / 2
}

function number(x) {
    if (x == "")
        return "-"
    return sprintf(x >= 100 || x == int(x) ? "%d" : x >= 10 ? "%.1f" : "%.2f", x)
}

function print_row(what, ours, peer, theirs, ratio, target, verdict, cost) {
    printf "| %-49s | %8s | %-9s | %8s | %-19s | %-7s | %-5s | %-12s |\n", what, ours, peer, theirs,
        ratio, target, verdict, cost
}

function compare(    i, r, low, high) {
    ratio = ours / theirs
    for (i = 1; i <= rounds; i++) {
        if (!(("provd", i) in figures) || figures[peer, i] <= 0)
            continue
        r = figures["provd", i] / figures[peer, i]
        low = low == "" || r < low ? r : low
        high = high == "" || r > high ? r : high
    }
    range = sprintf("%.2f (%.2f to %.2f)", ratio, low, high)
    if (target != "")
        verdict = (lower ? ratio <= target : ratio >= target) ? "ok" : "short"
}

$1 == wanted {
    figure = value(key)
    figures[$2, $3] = figure
    sums[$2] += figure
    failed[$2] += value("failed")
    if (cost != "" && value(cost) > 0 && $2 != "tftpd-hpa")
        costs[$2, $3] = value("ticks") * 1e4 / value(cost)
    if ($3 > rounds)
        rounds = $3
}

END {
    if (heading) {
        print_row("", "provd", "peer", "", "ratio (range)", "target", "", "CPU \302\265s each")
        print "| --- | ---: | --- | ---: | --- | --- | --- | --- |"
        exit
    }
    ours = total && "provd" in sums ? sums["provd"] : median(figures, "provd")
    theirs = total && peer in sums ? sums[peer] : median(figures, peer)
    ratio = range = verdict = ""
    if (total)
        verdict = ours == "" ? "" : ours <= target ? "ok" : "short"
    else if (ours != "" && theirs > 0)
        compare()
    if (failed["provd"] > 0)
        verdict = "short"
    if (target != "")
        target = (total || lower ? "<= " : ">= ") target
    if (cost != "")
        cost = number(median(costs, "provd")) " / " number(median(costs, peer))
    print_row(what, number(ours), peer, number(theirs), range, target, verdict, cost)
}
