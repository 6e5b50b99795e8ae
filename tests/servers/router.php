<?php // for php -S
echo getmypid(), "\n";
