package dev.keyturn;

import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;

/** Hears every line of some logs at every level, with its stack trace, until it is closed. */
public final class Ear extends Handler implements AutoCloseable {

    private final SimpleFormatter formatter = new SimpleFormatter();
    private final StringBuilder heard = new StringBuilder();
    private final List<Logger> loud;

    public Ear(String... loggers) {
        loud = Stream.of(loggers).map(Logger::getLogger).toList();
        setLevel(Level.ALL);
        for (var logger : loud) {
            logger.setLevel(Level.ALL);
            logger.addHandler(this);
        }
    }

    public synchronized String heard() {
        return heard.toString();
    }

    @Override
    public synchronized void publish(LogRecord line) {
        heard.append(formatter.format(line));
    }

    @Override
    public void flush() {
    }

    @Override
    public void close() {
        for (var logger : loud) {
            logger.setLevel(null);
            logger.removeHandler(this);
        }
    }
}
