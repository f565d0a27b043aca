package dev.keyturn.http;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.stream.DoubleStream;

/**
 * Gives the time of requests, and nothing else, a histogram: buckets can be added up over replicas, quantiles cannot.
 * Few buckets, close to what a token takes.
 */
class RequestTimes {

    private static final double[] BUCKETS_IN_MS = {1, 2, 5, 10, 25, 50, 100, 250, 500, 1000};

    @Produces
    @Singleton
    MeterFilter buckets() {
        return new MeterFilter() {
            @Override
            public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
                return !id.getName().equals("http.server.requests") ? config : DistributionStatisticConfig.builder()
                        .serviceLevelObjectives(DoubleStream.of(BUCKETS_IN_MS).map(ms -> ms * 1e6).toArray())
                        .build().merge(config);
            }
        };
    }
}
