"""Makes trips.parquet: 300 rows in 3 row groups, a column for each kind of value and of compression."""

import datetime as dt
import decimal

import pyarrow as pa
import pyarrow.parquet as pq

rows = range(300)
table = pa.table(
    {
        "id": pa.array([2**60 + i for i in rows], pa.int64()),
        "distance": pa.array([None if i % 50 == 7 else i * 0.25 for i in rows], pa.float64()),
        "seats": pa.array([1 + i % 4 for i in rows], pa.int64()),
        "fare": pa.array([decimal.Decimal(i * 10 + 3) / 100 for i in rows], pa.decimal128(10, 2)),
        "city": pa.array([None if i % 60 == 11 else ["Aachen", "Bonn", "Čáslav"][i % 3] for i in rows]).dictionary_encode(),
        "night": pa.array([i % 5 == 0 for i in rows]),
        "started": pa.array([dt.datetime(2026, 1, 1) + dt.timedelta(seconds=i, microseconds=500000) for i in rows], pa.timestamp("us")),
        "day": pa.array([dt.date(2026, 1, 1) + dt.timedelta(days=i % 7) for i in rows], pa.date32()),
        "tags": pa.array([["a", "b"][: i % 3] for i in rows], pa.list_(pa.string())),
        "truth": pa.array([i % 2 for i in rows], pa.int8()),
        "score": pa.array([(i % 10) / 10 for i in rows], pa.float32()),
    }
)
compression = {name: "snappy" for name in table.column_names}
compression |= {"distance": "zstd", "fare": "gzip", "city": "zstd", "seats": "none", "score": "brotli"}
pq.write_table(table, "trips.parquet", row_group_size=100, compression=compression)
