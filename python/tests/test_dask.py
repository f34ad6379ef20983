# SPDX-License-Identifier: BSD-3-Clause
"""Workers of a Dask cluster on this machine compute the bits of one process."""
import numpy as np
import pytest

import ondelet

distributed = pytest.importorskip("dask.distributed")


def test_a_local_cluster(random):
    images = random.random((24, 32, 32), np.float32)
    scattering = ondelet.Scattering(scales=2)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        with distributed.Client(cluster) as client:
            parts = client.gather(client.map(scattering, np.array_split(images, 5)))
    assert np.array_equal(np.concatenate(parts), scattering(images))
