FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN build/binary /out/stockroom && mkdir /out/data

# Nothing but the binary: it brings its own time zones and certificate roots.
FROM scratch
COPY --from=build /out/stockroom /stockroom
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
VOLUME /data
# SQLite sorts what is large in a file, and there is no /tmp here.
ENV STOCKROOM_ADDR=0.0.0.0:8080 \
    STOCKROOM_DATABASE_URL=sqlite:/data/stockroom.db \
    SQLITE_TMPDIR=/data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["/stockroom", "-healthcheck"]
ENTRYPOINT ["/stockroom"]
