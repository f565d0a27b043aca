package dev.keyturn.kit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The cells of the first table below a heading of docs/network.md: who (row), whom (column), yes or no. */
record MatrixTable(String heading, List<Cell> cells) {

    static final Path PAGE = Path.of("docs/network.md");

    /** {@code whom} is a name, or empty where the table is about one; the protocol is TCP or UDP. */
    record Cell(String who, String whom, int port, String protocol, boolean yes) {

        Cell by(String other) {
            return new Cell(other, whom, port, protocol, yes);
        }

        @Override
        public String toString() {
            return who + " to " + whom + ":" + port + "/" + protocol;
        }
    }

    static MatrixTable read(String heading) throws IOException {
        var lines = Files.readString(PAGE).lines()
                .dropWhile(line -> !line.equals("## " + heading)).skip(1)
                .takeWhile(line -> !line.startsWith("## "))
                .dropWhile(line -> !line.startsWith("|"))
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> Arrays.stream(line.split("\\|")).skip(1).map(cell -> cell.strip().replace("`", "")).toList())
                .toList();
        var cells = new ArrayList<Cell>();
        for (var row : lines.subList(2, lines.size())) {
            for (var column = 1; column < lines.get(0).size(); column++) {
                cells.add(cell(row.get(0), lines.get(0).get(column), row.get(column)));
            }
        }
        return new MatrixTable(heading, cells);
    }

    private static Cell cell(String who, String column, String said) {
        if (!said.equals("yes") && !said.equals("no")) {
            throw new IllegalStateException(who + ", " + column + ": neither yes nor no: " + said);
        }
        var port = column.substring(column.indexOf(':') + 1); // of livekit:7882/udp, or of 7882/udp alone
        return new Cell(who, column.substring(0, Math.max(0, column.indexOf(':'))), Integer.parseInt(port.split("/")[0]),
                port.endsWith("/udp") ? "UDP" : "TCP", said.equals("yes"));
    }
}
